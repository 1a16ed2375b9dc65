#!lua flags=allow-oom
-- boot: cria os grupos desde o início do stream, antes de qualquer aceite. Repetir não muda nada.
-- op: s etapa. resposta por op: 1 criado, 0 já existia
local replies = {}
for i, op in ipairs(ops()) do
  local made = redis.pcall('XGROUP', 'CREATE', stream(op.s), GROUP, '0', 'MKSTREAM')
  if made.err and not string.find(made.err, 'BUSYGROUP', 1, true) then return made end
  replies[i] = made.err and 0 or 1
end
return replies
