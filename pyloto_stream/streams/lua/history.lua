#!lua flags=no-writes
-- history: o que já foi entregue a um consumidor e segue pendente, sem contar nova entrega (XREADGROUP 0 contaria, e
-- a entrega é a medida de quantas vezes um token matou quem o tinha).
-- op: s etapa, w consumidor, limit, x {entradas que não interessam}
-- resposta por op: {{entrada, {campo, valor, ...}, mortes antes desta entrega}, ...}
local replies = {}
for i, op in ipairs(ops()) do
  local held, known = {}, {}
  for _, id in ipairs(op.x or {}) do known[id] = true end
  for _, row in ipairs(redis.call('XPENDING', stream(op.s), GROUP, '-', '+', op.limit, op.w)) do
    local entry = not known[row[1]] and redis.call('XRANGE', stream(op.s), row[1], row[1])[1]
    if entry then held[#held + 1] = { entry[1], entry[2], row[4] - 1 } end -- apagada à mão: nada
  end
  replies[i] = held
end
return replies
