/** A name in the script of its owner, and in Latin letters for addresses and handles. */
export interface Name {
  readonly written: string;
  readonly latin: string;
}

type Names = readonly [Name, ...Name[]];

/** `سارا Sara, …` */
const pairs = (text: string): Names => {
  const [first, ...others] = text.split(',').map((pair) => {
    const [written = '', latin = ''] = pair.trim().split('/');
    return { written, latin };
  });
  if (first === undefined) throw new Error('no names');
  return [first, ...others];
};
const latin = (text: string): Names =>
  pairs(
    text
      .split(' ')
      .map((name) => `${name}/${name}`)
      .join(','),
  );

interface NameLists {
  readonly given: Names;
  readonly family: Names;
}

export const names: Readonly<Record<'iranian' | 'anglo' | 'german' | 'french' | 'arabic' | 'turkish', NameLists>> = {
  iranian: {
    given: pairs(
      'سارا/Sara,مریم/Maryam,نرگس/Narges,الهام/Elham,مینا/Mina,زهرا/Zahra,پریسا/Parisa,نیلوفر/Niloufar,شیرین/Shirin,لیلا/Leila,مهسا/Mahsa,آیدا/Aida,فاطمه/Fatemeh,هانیه/Haniyeh,یاسمن/Yasaman,رضا/Reza,علی/Ali,محمد/Mohammad,امیر/Amir,حسین/Hossein,آرش/Arash,بهرام/Bahram,کاوه/Kaveh,سیاوش/Siavash,پویا/Pouya,امید/Omid,مهدی/Mehdi,نیما/Nima,فرهاد/Farhad,کامران/Kamran',
    ),
    family: pairs(
      'احمدی/Ahmadi,محمدی/Mohammadi,رضایی/Rezaei,کریمی/Karimi,حسینی/Hosseini,موسوی/Mousavi,جعفری/Jafari,صادقی/Sadeghi,رستمی/Rostami,کمالی/Kamali,نوری/Nouri,طاهری/Taheri,یزدانی/Yazdani,شریفی/Sharifi,قاسمی/Ghasemi,اکبری/Akbari,زمانی/Zamani,بهرامی/Bahrami,ملکی/Maleki,فرهادی/Farhadi,سلطانی/Soltani,امینی/Amini,نیک‌پور/Nikpour,رحیمی/Rahimi,کاظمی/Kazemi,شیرازی/Shirazi,اصفهانی/Esfahani,تبریزی/Tabrizi,گیلانی/Gilani,خراسانی/Khorasani',
    ),
  },
  anglo: {
    given: latin(
      'Emma Olivia Grace Hannah Chloe Priya Ruth Amelia Sophie Alice Jack Oliver Thomas James Daniel Liam Noah Samuel Henry Ethan',
    ),
    family: latin(
      'Smith Taylor Brown Walker Hughes Clarke Patel Osei Bennett Morgan Reid Foster Whitfield Hayes Cooper Murray Ellis Grant Porter Wells',
    ),
  },
  german: {
    given: latin('Anna Lena Hannah Klara Jana Sabine Petra Lukas Jonas Felix Jürgen Stefan Moritz Paul Emil'),
    family: latin(
      'Vogel Schneider Weber Müller Fischer Becker Hoffmann Krüger Lehmann Schäfer Brandt Winkler Seidel Lorenz Böhm',
    ),
  },
  french: {
    given: latin('Camille Léa Chloé Manon Inès Claire Hugo Louis Gabriel Mathis Étienne Julien Antoine Nathan Rémi'),
    family: latin(
      'Martin Bernard Dubois Laurent Moreau Girard Lefèvre Mercier Blanc Faure Chevalier Rousseau Perrin Marchand Noël',
    ),
  },
  arabic: {
    given: latin('Layla Fatima Noor Mariam Salma Hessa Omar Khalid Yousef Ahmed Rashid Saeed Tariq Hamad Ziad'),
    family: latin(
      'Haddad Mansour Nasser Farouk Saleh Qasim Rahman Aziz Hamdan Darwish Khoury Najjar Sabbagh Younis Zayed',
    ),
  },
  turkish: {
    given: latin('Elif Zeynep Ayşe Defne Melis Selin Derya Emre Can Mert Burak Kerem Deniz Ozan Arda'),
    family: latin('Yılmaz Kaya Demir Çelik Şahin Aydın Öztürk Arslan Doğan Koç Kurt Polat Aksoy Güneş Erdem'),
  },
};

/** Businesses and public bodies that order for themselves. */
export const organisations: Readonly<
  Record<'iranian' | 'other', Readonly<Record<'business' | 'government' | 'institutional', Names>>>
> = {
  iranian: {
    business: pairs(
      'کافه کاوه/Cafe Kaveh,هتل باران/Baran Hotel,رستوران سرو/Sarv Restaurant,شرکت نمونه‌سازان/Nemouneh Sazan,دفتر معماری پل/Pol Architects,کارگاه نان گندم/Gandom Bakery',
    ),
    government: pairs('شهرداری نمونه/Nemouneh Municipality,ادارهٔ آب نمونه/Nemouneh Water Office'),
    institutional: pairs(
      'دانشگاه نمونه/Nemouneh University,بیمارستان مهر نمونه/Nemouneh Mehr Hospital,مدرسهٔ امید نمونه/Nemouneh Omid School',
    ),
  },
  other: {
    business: pairs(
      'Harbour Guesthouse/Harbour Guesthouse,Lindenhof Café/Lindenhof Cafe,Two Rivers Bakery/Two Rivers Bakery,Studio Nordlicht/Studio Nordlicht,Blue Door Bistro/Blue Door Bistro',
    ),
    government: pairs('Exampleton Council/Exampleton Council,Musterstadt Rathaus/Musterstadt Rathaus'),
    institutional: pairs('Exampleton College/Exampleton College,Musterstadt Klinik/Musterstadt Klinik'),
  },
};

/** Lower-case ASCII for addresses and handles. */
export const asciiOf = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/ı/g, 'i')
    .replace(/[^A-Za-z0-9]+/g, ' ')
    .trim()
    .toLowerCase();
