//! NetBill as a kernel program, after `feeds/netbill/rules.md`.

use super::{ANY, Builder, R, TRUE, event, happens, holds, initiate, not, pat, terminate, val, var};
use servanda_model::*;

/// Entities: 0 true, 1 false, the constants, then the agents.
pub const FALSE: u32 = 1;
pub const BOOK: u32 = 2;
pub const MUSIC: u32 = 3;
pub const ISERVER: u32 = 4;
pub const MERCHANT_ROLE: u32 = 5;
pub const CONSUMER_ROLE: u32 = 6;
pub const FIRST_AGENT: u32 = 7;

const CONSUMER: KindId = KindId(0);
const MERCHANT: KindId = KindId(1);

pub struct NetBill {
    pub program: Program,
    pub request_quote: ActionId,
    pub present_quote: ActionId,
    pub accept_quote: ActionId,
    pub send_epo: ActionId,
    pub send_goods: ActionId,
}

pub fn agent(number: u32) -> Value {
    Value::entity(EntityId(FIRST_AGENT + number))
}

/// The kinds of an agent: consumers are not divisible by three, merchants are even.
pub fn kinds_of(number: u32) -> Vec<KindId> {
    let mut kinds = Vec::new();
    if !number.is_multiple_of(3) {
        kinds.push(CONSUMER);
    }
    if number.is_multiple_of(2) {
        kinds.push(MERCHANT);
    }
    kinds
}

pub fn netbill(agents: u32) -> NetBill {
    let mut b = Builder::default();
    let yes = Value::TRUE;
    let no = Value::entity(EntityId(FALSE));
    let merchant_role = Value::entity(EntityId(MERCHANT_ROLE));
    let consumer_role = Value::entity(EntityId(CONSUMER_ROLE));
    let iserver = Value::entity(EntityId(ISERVER));
    b.program.clock = Clock::Integers;
    b.program.entity_kinds = vec![Vec::new(); FIRST_AGENT as usize];
    b.program.entity_kinds.extend((0..agents).map(kinds_of));

    let request_quote = b.action("request_quote", 3);
    let present_quote = b.action("present_quote", 4);
    let accept_quote = b.action("accept_quote", 3);
    let send_epo = b.action("send_EPO", 4);
    let send_goods = b.action("send_goods", 5);

    let quote = b.fluent("quote", 3);
    let contract = b.fluent("contract", 3);
    let per = b.fluent("per", 2);
    let obl_epo = b.fluent("obl_epo", 2);
    let obl_goods = b.fluent("obl_goods", 2);
    let suspended = b.fluent("suspended", 2);
    let pow = b.derived("pow", 3);
    for fluent in [quote, contract, per, obl_epo, obl_goods, suspended] {
        b.ties(fluent, Ties::EndingWins);
    }
    b.deadline(quote, yes, Some(no), 5, true);
    b.deadline(contract, yes, Some(no), 5, false);
    b.deadline(per, no, Some(yes), 10, true);
    b.deadline(suspended, yes, Some(no), 3, true);

    // Variables everywhere: 0 merchant, 1 consumer, 2 goods.
    let vars = vec![Hole::Kind(MERCHANT), Hole::Kind(CONSUMER), Hole::Any];
    let [m, c, g] = [var(0), var(1), var(2)];
    let rule = |on: Vec<Trigger>, cond: Vec<Condition>, then: Vec<Effect>| R {
        vars: vars.clone(),
        on,
        cond,
        then,
        ..R::default()
    };

    let presented = happens(present_quote, &[m, c, g, ANY]);
    let accepted = happens(accept_quote, &[c, m, g]);
    b.rule("quote made", rule(vec![presented.clone()], vec![], vec![initiate(quote, &[m, c, g], yes)]));
    b.rule("quote accepted", rule(vec![accepted.clone()], vec![], vec![terminate(quote, &[m, c, g], TRUE)]));
    b.rule(
        "contract made",
        rule(
            vec![accepted],
            vec![
                holds(quote, &[m, c, g], TRUE),
                not(&[holds(suspended, &[m, val(merchant_role)], TRUE)]),
                not(&[holds(suspended, &[c, val(consumer_role)], TRUE)]),
            ],
            vec![initiate(contract, &[m, c, g], yes)],
        ),
    );
    b.rule("permission used", rule(vec![presented.clone()], vec![], vec![initiate(per, &[m, c], no)]));
    let requested = happens(request_quote, &[c, m, ANY]);
    b.rule("permission given", rule(vec![requested], vec![], vec![initiate(per, &[m, c], yes)]));

    let contracted = |value: Value| Trigger::Initiated(pat(contract, &[m, c, g], val(value)));
    let both = |value: Value| vec![initiate(obl_epo, &[c, g], value), initiate(obl_goods, &[m, g], value)];
    b.rule("duties arise", rule(vec![contracted(yes)], vec![], both(yes)));
    b.rule("duties lapse", rule(vec![contracted(no)], vec![], both(no)));
    let price = Value::integer(10).unwrap();
    b.rule(
        "paid",
        rule(vec![happens(send_epo, &[c, val(iserver), g, val(price)])], vec![], vec![initiate(obl_epo, &[c, g], no)]),
    );
    b.rule(
        "delivered",
        rule(
            vec![happens(send_goods, &[m, val(iserver), g, ANY, ANY])],
            vec![],
            vec![initiate(obl_goods, &[m, g], no)],
        ),
    );
    b.rule(
        "unsolicited",
        rule(
            vec![presented],
            vec![holds(per, &[m, c], val(no))],
            vec![initiate(suspended, &[m, val(merchant_role)], yes)],
        ),
    );
    b.rule(
        "not delivered",
        rule(
            vec![contracted(no)],
            vec![holds(obl_goods, &[m, g], TRUE)],
            vec![initiate(suspended, &[m, val(merchant_role)], yes)],
        ),
    );
    b.rule(
        "not paid",
        rule(
            vec![contracted(no)],
            vec![holds(obl_epo, &[c, g], TRUE)],
            vec![initiate(suspended, &[c, val(consumer_role)], yes)],
        ),
    );
    b.define(
        pow,
        &[m, c, g],
        Expr::Value(yes),
        3,
        &[
            holds(quote, &[m, c, g], TRUE),
            not(&[holds(suspended, &[c, val(consumer_role)], TRUE)]),
            not(&[holds(suspended, &[m, val(merchant_role)], TRUE)]),
        ],
    );
    let _ = event;
    NetBill { program: b.program, request_quote, present_quote, accept_quote, send_epo, send_goods }
}
