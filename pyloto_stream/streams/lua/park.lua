#!lua flags=allow-oom
-- park: estaciona o token como temporizador (repetição ou adiamento); a conversa espera, as outras seguem. O token
-- fica como estava, também nos campos que esta versão não conhece, menos o que a operação troca.
-- op: s etapa, i entrada, due vencimento; trocas (cada uma opcional): f falhas, z adiamentos, h falhas passadas, p carga
--     r reply_id de que se espera notícia: se ela chegou antes de o token estacionar, não há o que esperar
-- resposta por op: 1 estacionado, 0 descartado (outro já concluiu)
local replies = {}
for i, op in ipairs(ops()) do
  local entry = is_pending(op.s, op.i) and redis.call('XRANGE', stream(op.s), op.i, op.i)[1]
  replies[i] = 0
  if entry then
    local flat = entry[2]
    for f = 1, #flat, 2 do
      local new = ({ f = op.f, z = op.z, h = op.h, p = op.p })[flat[f]]
      if new then flat[f + 1] = tostring(new) end
    end
    local token = fields(flat)
    local st = op.r and redis.call('HGET', P .. ':send:' .. op.r, 'st')
    set_timer(PARKED, token.l .. '|' .. token.c, (st == 'sent' or st == 'failed') and now or op.due, { s = op.s, t = flat })
    redis.call('HSET', conv_key(token.l, token.c), 't', 'parked')
    settle_entry(op.s, op.i)
    replies[i] = 1
  end
end
return replies
