#!lua flags=allow-oom
-- bury: leva o token à fila de mortos da etapa e libera a conversa.
-- op: s etapa, i entrada, r registro (pares campo, valor), l faixa, c conversa, f primeira etapa (sem l: o token
--     era ilegível e não há conversa a liberar), v evento de aviso que abre o próximo turno
-- resposta por op: 1 enterrado, 0 descartado (outro já concluiu)
local replies = {}
for i, op in ipairs(ops()) do
  if is_pending(op.s, op.i) then
    redis.call('XADD', P .. ':dead:' .. op.s, '*', 'at', int(now), unpack(op.r))
    if op.l then
      if op.v then redis.call('LPUSH', inbox_key(op.l, op.c), op.v) end
      advance(op.l, op.f, op.c)
    end
    settle_entry(op.s, op.i)
    replies[i] = 1
  else
    replies[i] = 0
  end
end
return replies
