-- ARGV: SKU.
return finish(redis.call('HDEL', cart, ARGV[4]) == 1)
