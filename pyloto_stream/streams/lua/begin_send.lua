#!lua flags=allow-oom
-- begin_send: registra a intenção de enviar, antes da chamada externa, e diz se ela deve acontecer.
-- É o script de toda resposta, como o de commit: as operações vêm em posições, e o que é igual em todas, no cabeçalho.
-- ARGV[2]: {s etapa, w consumidor, win janela de dúvida ms (dobra a cada envio), ttl ms, sh ms que se esperam no lugar}
-- op: {entrada, faixa, conversa, reply_id, nome desta pergunta, máximo de envios, envia em qualquer modo?, pessoa, número}
--     pessoa e número, se há: o que pace pergunta deles: {vez que se tem, ms entre dois envios, quantos podem ir juntos}
--     e {chave inteira, vez que se tem, época dela, ms entre dois envios, quantos podem ir juntos, quantas vezes já
--     vencidas podem sair juntas}; a chave do número pode ser de outra partição
-- resposta por op: {'go', tentativa, 1 se é reenvio} | {'sent', id externo} | {'failed'} | {'silenced', modo} |
--                  {'doubt', até quando esperar} | {'unsettled', tentativas} | {'lost'} |
--                  {'early', vez da pessoa, vez do número (0: nenhuma), época, agora}: não chegou, e nada se anotou
local head = cmsgpack.unpack(ARGV[2])

local I, L, C, R, Q, MAX, ANY, PERSON, NUMBER = 1, 2, 3, 4, 5, 6, 7, 8, 9

local function early(op)
  local person, number, q = op[PERSON], op[NUMBER], op[Q]
  local pair = pace(P .. ':pace:pair:' .. op[C],
    { k = 'take', q = q, hd = person[1], ep = 0, st = person[2], bu = person[3] })
  if pair - now > head.sh then -- outra vez do número seria desperdício
    return { 'early', pair, number[2], number[3], now }
  end
  local slot, epoch = pace(number[1],
    { k = 'take', q = q, hd = number[2], ep = number[3], st = number[4], bu = number[5], ga = number[6] })
  if math.max(pair, slot) > now then return { 'early', pair, slot, epoch, now } end
end

local function begin(op)
  if not is_mine(head.s, op[I], head.w) then return { 'lost' } end
  local key, q = P .. ':send:' .. op[R], op[Q]
  local row = redis.call('HMGET', key, 'st', 'a', 'at', 'w', 'q')
  local st, attempt, at = row[1], tonumber(row[2] or 0), tonumber(row[3] or 0)
  if st == 'sent' then return { 'sent', row[4] or '' } end
  if st == 'failed' then return { 'failed' } end
  if st == 'sending' then
    -- a mesma pergunta outra vez: a resposta se perdeu no caminho e ninguém chamou a API ainda
    if row[5] == q then
      redis.call('HSET', key, 'q', q) -- o que se confirma em disco ou réplica é o que esta conexão gravou
      return { 'go', attempt, attempt > 1 and 1 or 0 }
    end
    local patience = at + head.win * 2 ^ (attempt - 1)
    if now < patience then return { 'doubt', patience } end
    if attempt >= op[MAX] then return { 'unsettled', attempt } end
  end
  local mode = redis.call('HGET', conv_key(op[L], op[C]), 'm')
  if mode and mode ~= '' and mode ~= 'BOT' and not op[ANY] then return { 'silenced', mode } end
  local wait = op[NUMBER] and early(op)
  if wait then return wait end
  redis.call('HSET', key, 'st', 'sending', 'a', attempt + 1, 'at', int(now), 'c', op[C], 'q', q)
  redis.call('PEXPIRE', key, int(head.ttl))
  return { 'go', attempt + 1, attempt > 0 and 1 or 0 }
end

local function begin_each(first, last)
  local replies = {}
  for at = first, last do replies[#replies + 1] = begin(cmsgpack.unpack(ARGV[at])) end
  return replies
end

return in_each(3, begin_each)
