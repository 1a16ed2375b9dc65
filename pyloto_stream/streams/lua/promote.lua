#!lua flags=allow-oom
-- promote: o que venceu volta ao trabalho: token à sua etapa, evento pela caixa de entrada (mantém a ordem).
-- op: limit quantos por chamada. resposta por op: {promovidos, próximo vencimento em ms ou -1}
local replies = {}
for i, op in ipairs(ops()) do
  local due = redis.call('ZRANGEBYSCORE', P .. ':timers', '-inf', int(now), 'LIMIT', 0, op.limit)
  for _, member in ipairs(due) do
    local packed = redis.call('HGET', P .. ':timers:body', member)
    cancel_timer(member)
    if packed then
      local body = cmsgpack.unpack(packed)
      if body.t then push(body.s, body.t) else enter(body.l, body.s, body.c, body.e) end
    end
  end
  local head = redis.call('ZRANGE', P .. ':timers', 0, 0, 'WITHSCORES')
  replies[i] = { #due, head[2] and tonumber(head[2]) or -1 }
end
return replies
