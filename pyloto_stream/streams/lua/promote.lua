#!lua flags=allow-oom
-- promote: o que venceu volta ao trabalho: token à sua etapa, evento pela caixa de entrada (mantém a ordem).
-- op: limit quantos de cada por chamada. resposta por op: quantos do mais numeroso (== limit: há mais)
local function due(set, limit)
  return redis.call('ZRANGEBYSCORE', set, '-inf', int(now), 'LIMIT', 0, limit)
end

local replies = {}
for i, op in ipairs(ops()) do
  local tokens, events = due(PARKED, op.limit), due(TIMERS, op.limit)
  for _, member in ipairs(tokens) do
    local body = take_timer(PARKED, member)
    if body then append(body.s, body.t) end
  end
  for _, member in ipairs(events) do
    local body = take_timer(TIMERS, member)
    if body then enter(body.l, body.s, body.c, body.e) end
  end
  replies[i] = math.max(#tokens, #events)
end
return replies
