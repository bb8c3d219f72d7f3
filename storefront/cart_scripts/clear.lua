local is_changed = false
for _, field in ipairs(redis.call('HKEYS', cart)) do
  if string.sub(field, 1, 1) ~= '#' then
    redis.call('HDEL', cart, field)
    is_changed = true
  end
end
return finish(is_changed)
