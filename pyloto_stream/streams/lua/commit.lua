#!lua flags=allow-oom
-- commit: aplica o plano de uma etapa, inteiro, se a entrada ainda estava pendente (o primeiro commit vence).
-- op: s etapa, i entrada, w consumidor, l faixa, f primeira etapa, c conversa, n turno, e eventos,
--     st estado atual, ws gravar estado?, md modo, to próxima etapa, p carga, fd {{faixa, etapa}} com fe {evento},
--     tm {{nome, vencimento}} ({nome} desarma) com te {evento}, sn {reply_id, id externo}
-- resposta por op: 1 aplicado, 2 já era nosso (resposta perdida e repetida), 0 descartado
local replies = {}
for i, op in ipairs(ops()) do
  local key = conv_key(op.l, op.c)
  local mark = op.s .. '|' .. op.i .. '|' .. op.w
  if not settle_entry(op.s, op.i) then
    replies[i] = redis.call('HGET', key, 'k') == mark and 2 or 0
  else
    redis.call('HSET', key, 'k', mark)
    if op.ws then redis.call('HSET', key, 's', op.st) end
    if op.md then redis.call('HSET', key, 'm', op.md) end
    if op.sn then redis.call('HSET', P .. ':send:' .. op.sn[1], 'st', 'sent', 'w', op.sn[2]) end
    for n, feed in ipairs(op.fd or {}) do enter(feed[1], feed[2], op.c, op.fe[n]) end
    for n, timer in ipairs(op.tm or {}) do
      local member = op.l .. '|' .. op.c .. '|' .. timer[1]
      if timer[2] then
        set_timer(TIMERS, member, timer[2], { l = op.l, s = op.f, c = op.c, e = op.te[n] })
      else
        take_timer(TIMERS, member)
      end
    end
    if op.to then
      push(op.to, { l = op.l, c = op.c, n = op.n, e = op.e, s = op.st, p = op.p,
        m = redis.call('HGET', key, 'm') or '' })
    else
      advance(op.l, op.f, op.c)
    end
    replies[i] = 1
  end
end
return replies
