import { fitting, CODE, isSent, membersOf, present, type Sent, textOf } from '../json-values.js';

/** What an event of the e-commerce specification becomes. */
export interface Deal {
  readonly kind: 'purchase' | 'return' | 'cart_abandoned';
  readonly data: Sent;
}

const paymentMethods: Readonly<Record<string, string>> = {
  card: 'card',
  credit_card: 'card',
  cash: 'cash',
  cash_on_delivery: 'cash_on_delivery',
  bank_transfer: 'bank_transfer',
  wallet: 'wallet',
  invoice: 'invoice',
};

/**
 * The deal that an event tells of, by its name as `nameOf` writes it. Nothing when it is no such event, or when it leaves out what the
 * kind cannot do without: an amount above zero, its currency, the number of the order. What is there and wrong stays as it is, for
 * the touchpoint's own rules to refuse.
 */
export function dealOf(name: string, properties: Sent): Deal | undefined {
  switch (name) {
    case 'order_completed':
    case 'completed_order':
      return purchaseOf(properties);
    case 'order_refunded':
    case 'order_cancelled':
      return returnOf(properties);
    case 'cart_abandoned':
    case 'abandoned_cart':
      return {
        kind: 'cart_abandoned',
        data:
          present({
            cartId: textOf(properties['cart_id']),
            amount: amountOf(properties),
            items: itemsOf(properties),
          }) ?? {},
      };
    default:
      return undefined;
  }
}

function purchaseOf(properties: Sent): Deal | undefined {
  const orderId = orderIdOf(properties);
  const amount = amountOf(properties);
  if (orderId === undefined || amount === undefined || isZero(amount)) return undefined;
  const data = present({
    orderId,
    amount,
    items: itemsOf(properties),
    discount: moneyOf(properties['discount'], properties['currency']),
    coupon: fitting(properties['coupon'], CODE, 64),
    paymentMethod: paymentMethods[String(textOf(properties['payment_method'])?.toLowerCase())],
  });
  return { kind: 'purchase', data: data ?? {} };
}

function returnOf(properties: Sent): Deal | undefined {
  const amount = amountOf(properties);
  if (amount === undefined || isZero(amount)) return undefined;
  const data = present({
    returnId: textOf(properties['refund_id']),
    orderId: orderIdOf(properties),
    amount,
    items: itemsOf(properties),
  });
  return { kind: 'return', data: data ?? {} };
}

const orderIdOf = (properties: Sent): string | undefined =>
  textOf(properties['order_id']) ?? textOf(properties['orderId']) ?? textOf(properties['checkout_id']);

/** What was paid, with shipping and taxes, before what was earned by it. */
const amountOf = (properties: Sent): Sent | undefined =>
  moneyOf(properties['total'] ?? properties['value'] ?? properties['revenue'], properties['currency']);

const isZero = ({ amount }: Sent): boolean => typeof amount === 'string' && /^0*([.]0*)?$/.test(amount);

/** Never a guess: an amount whose currency was not said is no amount. */
function moneyOf(value: unknown, currency: unknown): Sent | undefined {
  const amount = typeof value === 'number' ? decimalOf(value) : textOf(value)?.trim();
  const code = textOf(currency)?.trim().toUpperCase();
  return amount === undefined || code === undefined ? undefined : { amount, currency: code };
}

/** JSON has no decimals: 0.1 + 0.2 was computed somewhere before. Six digits behind the point are what an amount may have. */
const decimalOf = (value: number): string => value.toFixed(6).replace(/[.]?0+$/, '');

function itemsOf({ products, currency }: Sent): readonly unknown[] | undefined {
  if (!Array.isArray(products) || products.length === 0) return undefined;
  const sent: readonly unknown[] = products;
  return sent.map((product) => (isSent(product) ? itemOf(membersOf(product), currency) : product));
}

const itemOf = (product: Sent, currency: unknown): Sent | undefined =>
  present({
    sku: textOf(product['sku']) ?? textOf(product['product_id']),
    description: textOf(product['name'])?.slice(0, 200),
    quantity: quantityOf(product['quantity']),
    unitPrice: moneyOf(product['price'], product['currency'] ?? currency),
  });

/** One, unless it is said; some send it as text. */
const quantityOf = (value: unknown): unknown =>
  typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : (value ?? 1);
