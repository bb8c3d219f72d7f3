-- ARGV: SKU, pieces to add, most that the line may hold.
return hold(ARGV[5], pieces_of(ARGV[5]) + tonumber(ARGV[6]), tonumber(ARGV[7]))
