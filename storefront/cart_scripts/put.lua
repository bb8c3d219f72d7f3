-- ARGV: SKU, pieces to have, most that the line may hold.
return hold(ARGV[5], tonumber(ARGV[6]), tonumber(ARGV[7]))
