#!lua flags=allow-oom
-- beat: um trabalhador diz que vive, e tira do grupo quem não tem nada pendente e sumiu há muito (o nome de um
-- processo morto não volta; o de um vivo e ocioso se recria na próxima entrega).
-- op: s etapa, w consumidor, ttl ms até contar como ausente (0: despede-se), gone ms de ociosidade para sumir
-- resposta por op: quantos saíram do grupo
local replies = {}
for i, op in ipairs(ops()) do
  local key = P .. ':workers:' .. op.s
  if op.ttl > 0 then redis.call('ZADD', key, int(now + op.ttl), op.w) else redis.call('ZREM', key, op.w) end
  redis.call('ZREMRANGEBYSCORE', key, '-inf', int(now))
  replies[i] = 0
  local found = redis.pcall('XINFO', 'CONSUMERS', stream(op.s), GROUP)
  for _, row in ipairs(found.err and {} or found) do
    local consumer = {}
    for f = 1, #row, 2 do consumer[row[f]] = row[f + 1] end
    if consumer.name ~= op.w and consumer.pending == 0 and consumer.idle > op.gone then
      redis.call('XGROUP', 'DELCONSUMER', stream(op.s), GROUP, consumer.name)
      replies[i] = replies[i] + 1
    end
  end
end
return replies
