-- ARGV: SKU.
return finish(redis.call('HDEL', cart, ARGV[5]) == 1)
