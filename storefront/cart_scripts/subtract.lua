-- ARGV: revision that became an order, then SKU and pieces, again and again.
-- What another tab added since stays. #ordered outlives the list of operations, so this is done once for ever.
local ordered = tonumber(ARGV[5])
if redis.call('EXISTS', cart) == 0 or ordered <= pieces_of('#ordered') then
  return answer('done')
end
if revision <= ordered then
  take_all_out()
end
for i = 6, #ARGV, 2 do
  local left = pieces_of(ARGV[i]) - tonumber(ARGV[i + 1])
  if left > 0 then
    redis.call('HSET', cart, ARGV[i], left)
  else
    redis.call('HDEL', cart, ARGV[i])
  end
end
redis.call('HSET', cart, '#ordered', ordered, '#rev', math.max(ordered, revision) + ORDER_STEP - 1)
return finish(true)
