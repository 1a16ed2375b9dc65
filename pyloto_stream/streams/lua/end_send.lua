#!lua flags=allow-oom
-- end_send: o envio certamente não aconteceu (recusado): a próxima tentativa pode ir sem esperar, e esta não conta
-- entre as que talvez tenham chegado.
-- op: s etapa, i entrada, w consumidor, r reply_id, st 'retry' | 'failed', q só se a última pergunta foi esta. Só fala
--     quem ainda tem a entrada: a chamada em curso pode ser de quem a assumiu. Um status que já disse 'sent' prevalece.
-- resposta por op: estado final
local replies = {}
for i, op in ipairs(ops()) do
  local key = P .. ':send:' .. op.r
  local row = redis.call('HMGET', key, 'st', 'q')
  local st = row[1]
  if st == 'sending' and is_mine(op.s, op.i, op.w) and (not op.q or op.q == row[2]) then
    if op.st == 'retry' then redis.call('HINCRBY', key, 'a', -1) end
    redis.call('HSET', key, 'st', op.st)
    st = op.st
  end
  replies[i] = st or ''
end
return replies
