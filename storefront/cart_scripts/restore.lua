-- ARGV: revision, ordered revision, then SKU and pieces, again and again.
-- Whoever comes with an older copy, or second with the same one, changes nothing.
if revision >= tonumber(ARGV[5]) then
  return answer('done')
end
redis.call('DEL', cart)
redis.call('HSET', cart, '#rev', ARGV[5], '#ordered', ARGV[6])
for i = 7, #ARGV, 2 do
  redis.call('HSET', cart, ARGV[i], ARGV[i + 1])
end
return finish(false)
