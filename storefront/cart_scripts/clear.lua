return finish(take_all_out())
