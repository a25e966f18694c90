import { type Texts } from './topics.js';

/** What customers and colleagues write in English. */
export const english: Texts = {
  openers: ['Hi,', 'Hello,', 'Good morning,', 'Hi there,', 'Dear team,', 'Hello Ayvan,', 'Hey,', 'Good evening,'],
  closers: ['Thanks!', 'Thank you in advance.', 'Kind regards, {name}', 'Please let me know.', 'Best wishes', 'Cheers'],
  topics: {
    firstContact: [
      'do you also ship the {model} to {city}?',
      'I saw your {product} at a friend’s place. Is it in stock?',
      'is the guarantee of the {model} valid outside Iran?',
      'we furnish holiday flats and look for six sets of appliances. Is there a price for that?',
      'which of your rice cookers makes proper «ته‌دیگ»?',
    ],
    question: [
      'does the {product} come with a plug for {city}?',
      'can I still change the delivery address of order {order}?',
      'how loud is the {model}? Our kitchen is open to the living room.',
      'which descaler may I use for the {product}?',
      'the manual of the {model} is only in Persian. Do you have «راهنما» in English, too?',
      'is there a spare lid for the {product}?',
    ],
    questionAnswer: [
      'Hello {name}, yes, that works. I have put a note on your order. {agent}',
      'Thanks for asking! The data sheet of the {model} is attached.',
      'Yes: it fits, and it is in stock. Shall I reserve one for you? {agent}, Ayvan',
      'I have sent you the English manual by e-mail. Anything else I can do?',
    ],
    whereIsMyOrder: [
      'where is my {product}? Order {order} should have been here by now.',
      'tracking of {order} has not changed for {days} days. What is going on?',
      'I took a day off for the delivery of {order} and nobody came.',
      'any news about order {order}? {partner} does not pick up the phone.',
    ],
    whereAnswer: [
      'I am sorry, {name}. {partner} has the parcel and cannot give us a time yet. I will call them again today.',
      'Your {product} left our warehouse on time and is held up at {partner}. I am on it. {agent}',
      'I have asked {partner} for the delivery of {order} in writing and will report back tomorrow.',
    ],
    lateComplaint: [
      'Order {order} is {days} days late and nobody tells me anything. I want to know when my {product} comes.',
      'You promised delivery within three days. It has been {days} days more. This is not acceptable.',
      'The {product} was a birthday present. It is {days} days late. {partner} blames you, you blame {partner}.',
      'For the second time {partner} claims that nobody was at home. I was at home all day. Order {order}.',
    ],
    stillWaiting: [
      'Still nothing. Should I just order elsewhere?',
      'You said that somebody would call me. Nobody did.',
      'I have now asked three times about {order}.',
    ],
    defectComplaint: [
      'The {model} stopped working after {days} days. The display shows E4 and nothing else.',
      'My {product} leaks from below. The kitchen floor is wet every morning.',
      'The {product} makes a grinding noise since the second use.',
      'The door of the {product} does not close, the hinge is bent.',
    ],
    wrongItemComplaint: [
      'I ordered a {product} and got something else. The label on the box says «{model}» but inside is a kettle.',
      'Wrong colour and wrong voltage: this is not what I ordered with {order}.',
      'Two parts are missing in the box of the {model}.',
    ],
    invoiceComplaint: [
      'I was charged twice for order {order}.',
      'The discount was shown in the basket but is not on the invoice of {order}.',
      'I need a corrected invoice for {order}, the company name is wrong.',
    ],
    serviceComplaint: [
      'The technician came, looked at the {product}, and left without repairing it.',
      'Third appointment for the installation of the {model}, third time nobody came.',
      'The repair took {days} days and the fault is back.',
    ],
    apology: [
      'I am very sorry about this, {name}. I have opened a case and will call you tomorrow. {agent}',
      'This should not have happened. A replacement is on its way, free of charge.',
      'I apologise. Please send us two photos, then we do not need the {product} back for the decision.',
    ],
    thanks: [
      'Great, thank you!',
      'Perfect, that helps.',
      'Thanks for the quick answer, {agent}.',
      'OK, I will wait then.',
      'مرسی, you are the best!',
    ],
    botGreeting: [
      'Hi, I am the assistant of Ayvan. A colleague will be with you shortly; meanwhile you can send your order number.',
      'Thanks for your message! We usually answer within two hours.',
    ],
    internalNote: [
      'Customer has called twice already. Please do not send the standard text.',
      '{partner} does not answer our tickets. Escalated to operations.',
      'Good customer, be generous with the voucher.',
    ],
    orderConfirmed: [
      'Thank you for your order {order}. We will tell you as soon as your {product} is on its way.',
      'Order {order} is confirmed. {partner} will bring it.',
    ],
    delayNotice: [
      'Your order {order} is delayed at {partner}. We are sorry and will keep you posted.',
      'Update on {order}: {partner} could not deliver yet.',
    ],
    cartReminder: [
      'You left a {product} in your basket. It is still yours until tomorrow.',
      'Still thinking about the {model}? Ask us anything.',
    ],
    callQuestion: [
      'Asks for the dimensions of the {model}.',
      'Wants to know whether the {product} runs with 110 V.',
      'Asks about payment in instalments.',
    ],
    callLate: [
      'Asks where order {order} is. Upset, third call about it.',
      'Delivery by {partner} is {days} days late; wants the money back if it is not there by the weekend.',
    ],
    callDefect: ['Describes a leak at the {product}. Warranty case opened.', '{model} shows E4; reset did not help.'],
    callService: [
      'Confirms the appointment with the technician.',
      'Moves the installation of the {product} to the afternoon.',
    ],
    callSale: ['Interested in the {model}; sent the offer by e-mail.', 'Asks for the price for four pieces.'],
    reachedNotes: [
      'Reached. Voucher accepted, customer calmer.',
      'Explained the delay at {partner}. Wants to be called when it is delivered.',
      'Satisfied with the replacement of the {product}.',
    ],
    missedNotes: ['No answer, left a message.', 'Mailbox full.', 'Number rings, nobody picks up. Try in the evening.'],
    surveyHappy: [
      'Quick delivery, friendly driver.',
      'Everything as described.',
      'Third order and again no problem.',
      'Love my new {product}!',
    ],
    surveyMixed: ['Product good, packaging too large.', 'It took a while, but fine.', 'Support was friendly but slow.'],
    surveyUnhappy: [
      'Nobody could answer a simple question.',
      'The {product} broke after a month.',
      'Complicated returns.',
    ],
    surveyLate: [
      '{days} days late and not a word from you.',
      'The {product} is good, {partner} is a disaster.',
      'Never again with {partner}.',
      'I had to call four times to get my order.',
    ],
    reviewHappy: [
      'Using the {model} for a month now, no complaints. Quiet and easy to clean.',
      'Exactly what our kitchen needed. My mother in اصفهان wants one, too.',
      'Sturdy, looks good, and the installation was done in half an hour.',
    ],
    reviewMixed: [
      'Works well, but the cable is short.',
      'Good {product}, the app is useless.',
      'Nice design. Louder than I thought.',
    ],
    reviewUnhappy: [
      'Broke after six weeks.',
      'Arrived late and dented. The {product} itself might be fine, I sent it back.',
      'Not worth the money.',
    ],
    mentionHappy: [
      'Shout-out to @ayvan_example: broken on Monday, repaired on Wednesday.',
      'My @ayvan_example {product} makes the best tea in {city}.',
    ],
    mentionNeutral: [
      'Anybody here with a {model} from @ayvan_example? Worth it?',
      '@ayvan_example has Black Friday prices again.',
    ],
    mentionUnhappy: [
      '.@ayvan_example my {product} died and I am in a queue for an hour.',
      'Support of @ayvan_example: copy and paste.',
    ],
    mentionLate: [
      '.@ayvan_example {days} days and no parcel. Whoever chose {partner} should wait for one himself.',
      'Day {days} of waiting for my {product}. Thanks @ayvan_example',
    ],
    returnLate: [
      'Came too late, I bought one in a shop meanwhile.',
      'I cancelled because nobody could tell me when it arrives.',
    ],
    returnDamaged: ['Dent on the left side, box was open.', 'Glass broken on arrival.'],
    returnChangedMind: ['Not needed any more.', 'Found a smaller one.'],
    returnDoesNotFit: ['Two centimetres too wide for our kitchen.', 'Does not fit under the cupboard.'],
    promiseDelivery: ['{partner} brings order {order} to {city}.', 'Delivery of the {product}, order {order}.'],
    promiseCallback: ['{agent} calls back about order {order}.', 'We call back with a solution.'],
    promiseRepair: ['The {product} is repaired and back.', 'A technician comes for the {model}.'],
    promiseRefund: ['The money for order {order} is back on the account.'],
    installationNotes: [
      'Second floor, lift available.',
      'Installed and tested, customer instructed.',
      'Water connection was leaking, sealed.',
    ],
    repairNotes: ['Pump replaced, tested.', 'Board replaced under warranty.', 'No fault found, ran a full programme.'],
    warrantyNotes: [
      'Checked the receipt: under warranty until next year.',
      'Registered for warranty by scanning the box.',
    ],
    trainingNotes: ['Barista basics on the {model}, two hours.', 'Showed how to descale and to change the filter.'],
    consentGiven: ['Yes, send me offers.', 'Yes, you may ask me about my order.'],
    consentWithdrawn: ['Please stop sending me advertising.', 'Unsubscribe me from your offers, please.'],
    subscriptionCancelled: [
      'The filters come too late every time.',
      'We are moving abroad.',
      'Too expensive for what it is.',
    ],
    showroomEvent: ['Took part in the cooking evening.', 'Coffee tasting in the showroom, stayed to the end.'],
  },
  questions: {
    nps: 'How likely are you to recommend Ayvan to a friend?',
    csatDelivery: 'How satisfied are you with the delivery?',
    csatSupport: 'How satisfied are you with our support?',
    ces: 'Ayvan made it easy for me to solve my problem.',
  },
  reviewTitles: {
    happy: ['Recommended', 'Love it', 'Very good', 'Does what it should'],
    mixed: ['All right', 'Good with a but', 'Three stars'],
    unhappy: ['Disappointed', 'Sent it back', 'No, thanks'],
  },
  rewards: ['Free delivery', 'Descaling set', 'Voucher 10'],
  agents: ['Ruth', 'Jonas', 'Priya', 'Lucie', 'Omar', 'Maja'],
  technicians: ['Tom', 'Yusuf', 'Erik'],
};
