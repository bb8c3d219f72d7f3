-- What every change of a cart shares. Before it stand the limits, after it one verb.
-- KEYS: the cart (SKU -> pieces, #rev, #ordered), its operations.
-- ARGV: life in seconds, operation's hash ('' when it has none), hash of what it does,
-- revision that the shopper was shown, then the verb's own.
local cart, operations = KEYS[1], KEYS[2]
local ttl_s, operation, deed = ARGV[1], ARGV[2], ARGV[3]
local revision = tonumber(redis.call('HGET', cart, '#rev')) or 0

local function answer(outcome, pieces)
  return {outcome, pieces or 0, redis.call('HGETALL', cart)}
end

local function remember()
  if operation == '' then
    return
  end
  local slot = '#' .. redis.call('HINCRBY', operations, '#count', 1) % KEPT_OPERATIONS
  local oldest = redis.call('HGET', operations, slot)
  if oldest then
    redis.call('HDEL', operations, oldest)
  end
  redis.call('HSET', operations, slot, operation, operation, deed)
end

-- Ends a change that was allowed. A cart that is not there stays so, and leaves no key.
local function finish(is_changed)
  if redis.call('EXISTS', cart) == 1 then
    if is_changed then
      redis.call('HINCRBY', cart, '#rev', 1)
    end
    remember()
    redis.call('EXPIRE', cart, ttl_s)
    redis.call('EXPIRE', operations, ttl_s)
  end
  return answer('done')
end

local function pieces_of(sku)
  return tonumber(redis.call('HGET', cart, sku)) or 0
end

local function take_all_out()
  local is_changed = false
  for _, field in ipairs(redis.call('HKEYS', cart)) do
    if string.sub(field, 1, 1) ~= '#' then
      redis.call('HDEL', cart, field)
      is_changed = true
    end
  end
  return is_changed
end

-- Makes a line hold so many pieces, or answers why not and changes nothing.
local function hold(sku, pieces, limit)
  local held = pieces_of(sku)
  if pieces > MAX_QUANTITY then
    return answer('too many', pieces)
  end
  if pieces > limit then
    return answer('sold out', pieces)
  end
  if held == 0 and redis.call('HLEN', cart) - 2 >= MAX_LINES then
    return answer('full')
  end
  if redis.call('EXISTS', cart) == 0 then
    redis.call('HSET', cart, '#rev', 0, '#ordered', 0)
  end
  redis.call('HSET', cart, sku, pieces)
  return finish(pieces ~= held)
end

-- Something was lost here. The list of operations is as old as the cart, so it is not asked.
if revision < tonumber(ARGV[4]) then
  return answer('behind')
end
if operation ~= '' then
  local known = redis.call('HGET', operations, operation)
  if known then
    return answer(known == deed and 'done' or 'reused')
  end
end
