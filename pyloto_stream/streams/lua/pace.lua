#!lua flags=allow-oom
-- pace: a vez de cada envio de um número ou com uma pessoa (ver pace.py); a conta está em slots.lua
-- op: n o que se dosa, k o que fazer; st ms entre dois envios, bu quantos podem ir juntos; q nome desta pergunta: a mesma
--     outra vez tem a mesma resposta, e não gasta de novo
--   'take' a próxima vez; hd a que já se tem, dada na época ep: vale se a época é a mesma, e não se gasta outra. ga (se
--          há): quantas vezes já vencidas podem sair juntas; as que passam disso pedem outra
--   'charge' c mensagens que entraram gastam da mesma conta, no máximo metade dela por segundo
--   'slow' a Meta recusou por pressa: metade do ritmo, que volta em linha reta, e ninguém por w ms
--   'rest' a Meta recusou por pressa com esta pessoa: ninguém por 4^x s, x por recusa seguida, e ao menos w ms
-- resposta por op: {vez em ms, época, agora em ms}
local replies = {}
for i, op in ipairs(ops()) do
  local slot, epoch = pace(P .. ':pace:' .. op.n, op)
  replies[i] = { slot, epoch, now }
end
return replies
