-- What every change of a cart shares. Before it stand the limits, after it one verb.
-- KEYS: the cart (SKU -> pieces, #rev, #ordered), its operations.
-- ARGV: life in seconds, operation's hash ('' when it has none), hash of what it does, then the verb's own.
local cart, operations = KEYS[1], KEYS[2]
local ttl_s, operation, deed = ARGV[1], ARGV[2], ARGV[3]

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

-- Makes a line hold so many pieces, or answers why not and changes nothing.
local function hold(sku, pieces, limit, first_revision)
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
    -- Nothing of an earlier life is in it, so no order of that life may be subtracted from it.
    redis.call('HSET', cart, '#rev', first_revision, '#ordered', first_revision)
  end
  redis.call('HSET', cart, sku, pieces)
  return finish(pieces ~= held)
end

if operation ~= '' then
  local known = redis.call('HGET', operations, operation)
  if known then
    return answer(known == deed and 'done' or 'reused')
  end
end
