#!lua flags=allow-oom
-- park: estaciona o token como temporizador (repetição ou adiamento); a conversa espera, as outras seguem.
-- op: s etapa, i entrada, due vencimento e o token: l, c, n, e, st estado, p, m, f, z
--     r reply_id de que se espera notícia: se ela chegou antes de o token estacionar, não há o que esperar
-- resposta por op: 1 estacionado, 0 descartado (outro já concluiu)
local replies = {}
for i, op in ipairs(ops()) do
  if is_pending(op.s, op.i) then
    local st = op.r and redis.call('HGET', P .. ':send:' .. op.r, 'st')
    set_timer(PARKED, op.l .. '|' .. op.c, (st == 'sent' or st == 'failed') and now or op.due, { s = op.s,
      t = { l = op.l, c = op.c, n = op.n, e = op.e, s = op.st, p = op.p, m = op.m, f = op.f, z = op.z } })
    settle_entry(op.s, op.i)
    replies[i] = 1
  else
    replies[i] = 0
  end
end
return replies
