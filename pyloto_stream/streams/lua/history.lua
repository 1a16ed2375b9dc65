#!lua flags=no-writes
-- history: o que já foi entregue a um consumidor e segue pendente, sem contar nova entrega (XREADGROUP 0 contaria, e
-- a entrega é a medida de quantas vezes um token matou quem o tinha).
-- op: s etapa, w consumidor, limit. resposta por op: {{entrada, {campo, valor, ...}}, ...}
local replies = {}
for i, op in ipairs(ops()) do
  local held = {}
  for _, row in ipairs(redis.call('XPENDING', stream(op.s), GROUP, '-', '+', op.limit, op.w)) do
    held[#held + 1] = redis.call('XRANGE', stream(op.s), row[1], row[1])[1] -- apagada à mão: nada
  end
  replies[i] = held
end
return replies
