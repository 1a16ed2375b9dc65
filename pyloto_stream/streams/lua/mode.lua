#!lua flags=allow-oom
-- mode: um operador muda o modo da conversa; vale já, inclusive para o envio que estava para sair.
-- op: l faixa, c conversa, md modo. resposta por op: modo anterior
local replies = {}
for i, op in ipairs(ops()) do
  local key = conv_key(op.l, op.c)
  replies[i] = redis.call('HGET', key, 'm') or ''
  redis.call('HSET', key, 'm', op.md)
  if redis.call('HEXISTS', key, 'g') == 0 then redis.call('PEXPIRE', key, CONV_TTL_MS) end
end
return replies
