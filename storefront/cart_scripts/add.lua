-- ARGV: SKU, pieces to add, most that the line may hold, revision before the first one.
return hold(ARGV[4], pieces_of(ARGV[4]) + tonumber(ARGV[5]), tonumber(ARGV[6]), ARGV[7])
