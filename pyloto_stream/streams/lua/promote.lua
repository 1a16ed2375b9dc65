#!lua flags=allow-oom
-- promote: o que venceu volta ao trabalho: token à sua etapa, evento pela caixa de entrada (mantém a ordem). Grava
-- primeiro e tira por último; o que não se deixa gravar volta mais tarde, e não impede os outros.
-- op: limit quantos de cada por chamada
-- resposta por op: {quantos do mais numeroso (== limit: há mais), quantos não se deixaram gravar,
--                   ms até vencer o próximo (-1: não há)}
local LATER_MS = 60000

local function due(set, limit)
  return redis.call('ZRANGEBYSCORE', set, '-inf', int(now), 'LIMIT', 0, limit)
end

-- 1 se ficou para mais tarde.
local function fire(set, member, act)
  local packed = redis.call('HGET', set .. ':body', member)
  local body = packed and unpacked(packed)
  if not packed or (body and pcall(act, body)) then
    take_timer(set, member)
    return 0
  end
  redis.call('ZADD', set, 'XX', int(now + LATER_MS), member)
  return 1
end

-- Quem esquecia a conversa sumiu: o portão que ele fechou se abre, e esquecê-la fica por terminar.
local function wake(body)
  if not body.gone then return append(body.s, body.t) end
  local held = fields(body.t)
  if redis.call('HGET', conv_key(held.l, held.c), 'x') == body.gone then let_in(held.l, body.s, held.c) end
end

local function wait()
  local first = -1
  for _, set in ipairs({ PARKED, TIMERS }) do
    local due = tonumber(redis.call('ZRANGE', set, 0, 0, 'WITHSCORES')[2])
    if due and (first < 0 or due < first) then first = due end
  end
  return first < 0 and -1 or math.max(0, first - now)
end

local replies = {}
for i, op in ipairs(ops()) do
  local tokens, events, stuck = due(PARKED, op.limit), due(TIMERS, op.limit), 0
  for _, member in ipairs(tokens) do
    stuck = stuck + fire(PARKED, member, wake)
  end
  for _, member in ipairs(events) do
    stuck = stuck + fire(TIMERS, member, function(body)
      if not forgetting(body.l, body.c) then enter(body.l, body.s, body.c, body.e) end
    end)
  end
  replies[i] = { math.max(#tokens, #events), stuck, wait() }
end
return replies
