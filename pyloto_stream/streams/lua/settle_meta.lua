#!lua
-- settle_meta: a primeira partida grava o número de partições; as demais leem o gravado.
-- op: n partições. resposta por op: número gravado
local replies = {}
for i, op in ipairs(ops()) do
  redis.call('HSETNX', P, 'partitions', op.n)
  replies[i] = tonumber(redis.call('HGET', P, 'partitions'))
end
return replies
