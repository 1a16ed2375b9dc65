#!lua flags=no-writes
-- peek: como está uma conversa numa faixa.
-- op: l faixa, c conversa. resposta por op: {} se não há; senão {modo, 1 se há turno em curso, à espera dele, estado}
local replies = {}
for i, op in ipairs(ops()) do
  local key = conv_key(op.l, op.c)
  if redis.call('EXISTS', key) == 0 then
    replies[i] = {}
  else
    local c = redis.call('HMGET', key, 'm', 'g', 's')
    replies[i] = { c[1] or '', c[2] and 1 or 0, redis.call('LLEN', inbox_key(op.l, op.c)), c[3] or '' }
  end
end
return replies
