#!lua flags=allow-oom
-- end_send: o envio certamente não aconteceu (recusado): a próxima tentativa pode ir sem esperar.
-- op: s etapa, i entrada, w consumidor, r reply_id, st 'retry' | 'failed'. Só fala quem ainda tem a entrada: a
--     chamada em curso pode ser de quem a assumiu. Um status que já disse 'sent' prevalece.
-- resposta por op: estado final
local replies = {}
for i, op in ipairs(ops()) do
  local key = P .. ':send:' .. op.r
  local st = redis.call('HGET', key, 'st')
  if st == 'sending' and is_mine(op) then
    redis.call('HSET', key, 'st', op.st)
    st = op.st
  end
  replies[i] = st or ''
end
return replies
