-- ARGV: SKU and pieces to add, again and again. What does not fit is left out: 99 pieces a line, 100 lines.
local is_changed = false
for i = 5, #ARGV, 2 do
  local held = pieces_of(ARGV[i])
  local pieces = math.min(MAX_QUANTITY, held + tonumber(ARGV[i + 1]))
  if pieces ~= held and (held > 0 or redis.call('HLEN', cart) - 2 < MAX_LINES) then
    redis.call('HSET', cart, ARGV[i], pieces)
    is_changed = true
  end
end
return finish(is_changed)
