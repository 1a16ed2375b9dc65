#!lua flags=allow-oom
-- leave: tira um consumidor do grupo somente se ele não tem nada pendente.
-- op: s etapa, w consumidor. resposta por op: 1 saiu, 0 ainda tem pendências
local replies = {}
for i, op in ipairs(ops()) do
  if #redis.call('XPENDING', stream(op.s), GROUP, '-', '+', 1, op.w) == 0 then
    redis.call('XGROUP', 'DELCONSUMER', stream(op.s), GROUP, op.w)
    replies[i] = 1
  else
    replies[i] = 0
  end
end
return replies
