#!lua flags=allow-oom
-- reveal: um morto inteiro, com o que a pessoa disse, a quem deixa registrado que o viu.
-- op: d etapa do morto, i entrada, q nome deste pedido (repetido, não se registra outra vez);
--     al, as, ac, av: registro de auditoria, como em replay
-- resposta por op: {id, {campo, valor, ...}}, {} se já não estava lá
local replies = {}
for i, op in ipairs(ops()) do
  local row = letter(op)
  if row then
    local key = conv_key(op.al, op.ac)
    if redis.call('HGET', key, 'q') ~= op.q then
      enter(op.al, op.as, op.ac, op.av)
      redis.call('HSET', key, 'q', op.q)
    end
  end
  replies[i] = row or {}
end
return replies
