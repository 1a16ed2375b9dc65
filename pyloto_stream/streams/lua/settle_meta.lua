#!lua
-- settle_meta: a primeira partida grava o número de partições; as demais leem o gravado.
-- op: n partições, ou 0 para só ler. resposta por op: número gravado, 0 se nenhum
local replies = {}
for i, op in ipairs(ops()) do
  if op.n > 0 then redis.call('HSETNX', P, 'partitions', op.n) end
  replies[i] = tonumber(redis.call('HGET', P, 'partitions') or 0)
end
return replies
