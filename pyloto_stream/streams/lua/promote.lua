#!lua flags=allow-oom
-- promote: o que venceu volta ao trabalho: token à sua etapa, evento pela caixa de entrada (mantém a ordem). Grava
-- primeiro e tira por último; o que não se deixa gravar volta mais tarde, e não impede os outros.
-- op: limit quantos de cada por chamada. resposta por op: quantos do mais numeroso (== limit: há mais)
local LATER_MS = 60000

local function due(set, limit)
  return redis.call('ZRANGEBYSCORE', set, '-inf', int(now), 'LIMIT', 0, limit)
end

local function fire(set, member, act)
  local packed = redis.call('HGET', set .. ':body', member)
  local done = not packed or pcall(act, cmsgpack.unpack(packed))
  if done then take_timer(set, member) else redis.call('ZADD', set, 'XX', int(now + LATER_MS), member) end
end

local replies = {}
for i, op in ipairs(ops()) do
  local tokens, events = due(PARKED, op.limit), due(TIMERS, op.limit)
  for _, member in ipairs(tokens) do
    fire(PARKED, member, function(body) append(body.s, body.t) end)
  end
  for _, member in ipairs(events) do
    fire(TIMERS, member, function(body) enter(body.l, body.s, body.c, body.e) end)
  end
  replies[i] = math.max(#tokens, #events)
end
return replies
