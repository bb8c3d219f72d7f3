-- KEYS: the cart, its operations. ARGV: life in seconds, renew when less than this is left.
if redis.call('TTL', KEYS[1]) < tonumber(ARGV[2]) then
  redis.call('EXPIRE', KEYS[1], ARGV[1])
  redis.call('EXPIRE', KEYS[2], ARGV[1])
end
return {'done', 0, redis.call('HGETALL', KEYS[1])}
