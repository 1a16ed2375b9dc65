#!lua flags=allow-oom
-- replay: os eventos de um morto voltam pelo portão da sua conversa, e o morto some; ou nada.
-- Portão fechado: esperam atrás de quem já espera. Aberto: viram um turno só, como da primeira vez.
-- op: d etapa do morto, i entrada, l faixa, s primeira etapa, c conversa, v {evento, ...},
--     al faixa, as primeira etapa e ac conversa do registro de auditoria av
-- resposta por op: 1 voltou, 0 já não estava lá
local replies = {}
for i, op in ipairs(ops()) do
  local dead = P .. ':dead:' .. op.d
  replies[i] = 0
  if letter(op) then
    enter_all(op.l, op.s, op.c, op.v)
    enter(op.al, op.as, op.ac, op.av)
    redis.call('XDEL', dead, op.i)
    replies[i] = 1
  end
end
return replies
