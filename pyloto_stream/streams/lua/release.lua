#!lua flags=allow-oom
-- release: devolve à fila, já, o que é meu e não foi começado ou não terminou a tempo; sem contar entrega.
-- op: s etapa, i entrada, w consumidor. resposta por op: 1 devolvido, 0 não é mais meu
local replies = {}
for i, op in ipairs(ops()) do
  replies[i] = 0
  if is_mine(op.s, op.i, op.w) then
    local entry = redis.call('XRANGE', stream(op.s), op.i, op.i)[1]
    if entry then append(op.s, entry[2]) end
    settle_entry(op.s, op.i)
    replies[i] = 1
  end
end
return replies
