#!lua flags=allow-oom
-- refresh: zera a ociosidade do que ainda é meu, e só do que ainda é meu; não conta entrega.
-- op: s etapa, i entrada, w consumidor. resposta por op: 1 renovado, 0 não é mais meu
local replies = {}
for i, op in ipairs(ops()) do
  if is_mine(op.s, op.i, op.w) then
    redis.call('XCLAIM', stream(op.s), GROUP, op.w, 0, op.i, 'JUSTID')
    replies[i] = 1
  else
    replies[i] = 0
  end
end
return replies
