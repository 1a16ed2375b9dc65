#!lua flags=allow-oom
-- beat: um trabalhador diz que vive, e tira do grupo quem não tem nada pendente e sumiu há muito (o nome de um
-- processo morto não volta; o de um vivo e ocioso se recria na próxima entrega).
-- op: s etapa, w consumidor, ttl ms até contar como ausente (0: despede-se), gone ms de ociosidade para sumir,
--     v versão, st running|paused|draining
-- resposta por op: quantos saíram do grupo
local replies = {}
for i, op in ipairs(ops()) do
  local key = P .. ':workers:' .. op.s
  local since = string.match(redis.call('HGET', key, op.w) or '', '^%d+|(%d+)') or int(now)
  if op.ttl > 0 then
    local told = { int(now + op.ttl), since, op.st or 'running', op.v or '' }
    redis.call('HSET', key, op.w, table.concat(told, '|'))
  else
    redis.call('HDEL', key, op.w)
  end
  local known = redis.call('HGETALL', key) -- tantos quantos os processos vivos
  for f = 1, #known, 2 do
    if tonumber(string.match(known[f + 1], '^%d+')) <= now then redis.call('HDEL', key, known[f]) end
  end
  replies[i] = 0
  local found = redis.pcall('XINFO', 'CONSUMERS', stream(op.s), GROUP)
  for _, row in ipairs(found.err and {} or found) do
    local consumer = fields(row)
    if consumer.name ~= op.w and consumer.pending == 0 and consumer.idle > op.gone then
      redis.call('XGROUP', 'DELCONSUMER', stream(op.s), GROUP, consumer.name)
      replies[i] = replies[i] + 1
    end
  end
end
return replies
