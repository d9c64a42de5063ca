"""What headers in other languages say, in the English words that the lexicon knows."""

import re
import unicodedata

# English on the left, then how German, French, Spanish, Italian, Portuguese and Dutch say it, and
# the commonest of Swedish, Polish and Russian, without accents. What is an English word too (note,
# pays, data, media) is left out.
_SAID = {
    "customer": "kunde kunden cliente clientes clienti klant klanten klient klienta клиент "
        "клиента kund",
    "customer id": "kundennummer kundennr kundenr kundenid klantnummer klantnr mitgliedsnummer "
                   "mitgliedsnr vertragsnummer vertragsnr rechnungskonto kundnummer kundnr",
    "member": "mitglied membre miembro socio lid",
    "subscriber": "abonne abonnee abonnent suscriptor suscrito assinante abbonato подписка",
    "code": "codigo codice kode",
    "number": "anzahl anz numero aantal qtd qtde zahl antal liczba количество число",
    "quantity": "menge cantidad quantite quantita quantidade hoeveelheid",
    "firstname": "vorname prenom voornaam",
    "surname": "nachname cognome apellido apellidos sobrenome achternaam",
    "name": "naam nom nome",
    "address": "adresse direccion indirizzo endereco adres strasse rue calle",
    "phone": "telefon telefono telefone telefoon handy",
    "comment": "bemerkung bemerkungen kommentar comentario comentarios commentaire commento notiz",
    "age": "alter edad eta idade leeftijd alder wiek возраст",
    "birth": "geburtsdatum geburtstag geburtsjahr nacimiento naissance nascita nascimento "
             "geboortedatum geboortejaar",
    "gender": "geschlecht genero sexo sexe sesso geslacht anrede aanhef kon plec пол",
    "marital": "familienstand civil civile burgerlijke",
    "children": "kinder enfants hijos figli filhos kinderen",
    "job": "beruf profesion professione profissao beroep metier ocupacion",
    "education": "bildung schulbildung estudios escolaridad educacion istruzione escolaridade "
                 "opleiding",
    "employees": "mitarbeiter beschaftigte empleados dipendenti funcionarios medewerkers",
    "city": "stadt wohnort ort ville ciudad citta cidade stad woonplaats miasto город",
    "state": "bundesland provincia departement",
    "country": "pais paese",
    "postcode": "postleitzahl",
    "income": "einkommen gehalt ingresos ingreso revenus reddito renda salario salaire stipendio "
              "inkomen lohn inkomst dochod dochody доход",
    "revenue": "umsatz chiffre omzet fatturato faturamento facturacion gesamtumsatz "
        "jahresumsatz omsattning omsaetning przychod przychody выручка",
    "sales": "ventas vendas ventes vendite verkopen",
    "spend": "ausgaben gasto gastos depense depenses spesa spese uitgaven wydatki расходы",
    "amount": "betrag montant importe importo bedrag belopp kwota",
    "value": "wert valor valore valeur waarde wartosc",
    "price": "preis prix precio preco prezzo prijs einzelpreis stuckpreis stukprijs",
    "monthly price": "monatspreis monatsbeitrag",
    "cost": "kosten couts costes costos costi custos",
    "total": "gesamt insgesamt totale totaal totales",
    "sum": "summe somme suma сумма",
    "average": "durchschnitt durchschnittlicher durchschnittliche durchschnittlich moyen moyenne "
               "promedio medio gemiddelde gemiddeld",
    "order": "bestellung bestell auftrag commande pedido ordine bestelling zamowienie заказ",
    "orders": "bestellungen auftrage commandes pedidos ordini bestellingen zamowien zamowienia "
        "заказов заказы bestallningar ordrer",
    "purchase": "kauf einkauf achat compra comprar acquisto aankoop zakup покупка покупки",
    "purchases": "kaufe einkaufe achats compras acquisti aankopen kop zakupow zakupy покупок",
    "transactions": "transaktionen transacciones transacoes transazioni transacties",
    "basket": "warenkorb panier cesta carrello scontrino winkelwagen",
    "order value": "bestellwert bestelwaarde",
    "order date": "bestelldatum kaufdatum besteldatum orderdatum",
    "date": "datum fecha дата",
    "last": "letzte letzter letztes letzten dernier derniere ultimo ultima laatste senaste "
        "ostatni ostatnia ostatnie последняя последний последней sidste",
    "first": "erste erster erstes premiere primero primera primeira eerste pierwszy pierwsza "
        "первая первый",
    "since": "seit depuis desde sinds dall",
    "signup": "vertragsbeginn registrierung anmeldung anmeldedatum inscription registro iscrizione "
              "inscricao inschrijving alta",
    "contract end": "vertragsende",
    "contract": "vertrag contrat contrato contratto",
    "tenure": "antiguedad anciennete anzianita antiguidade kundendauer vertragsdauer",
    "days": "tage jours dias giorni dagen",
    "months": "monate mois meses mesi maanden",
    "years": "jahre jahren anni annees anos jaar jaren",
    "monthly": "monatlich monatliche mensual mensuel mensile mensal maandelijks",
    "annual": "jahrlich jahrliche anual annuel annuale anuales jaarlijks",
    "minutes": "minuten minutos minuti",
    "hours": "stunden horas heures uren",
    "calls": "llamadas appels chiamate chamadas anrufe",
    "service": "atencion kundendienst",
    "payment term": "zahlungsziel",
    "reminders": "mahnungen rappels recordatorios solleciti aanmaningen",
    "unpaid": "impagado impagados impagada impagadas impaye impayes unbezahlt",
    "industry": "branche sector secteur settore setor",
    "company": "firma empresa azienda entreprise bedrijf unternehmen",
    "field sales": "aussendienst",
    "class": "klasse clase classe",
    "customer class": "kundenklasse kundengruppe",
    "active": "aktiv activo activa actif active attivo attiva ativo ativa actief",
    "payment": "pago pagos paiement pagamento zahlung zahlungsart betaling",
    "type": "tipo",
    "usage": "consumidos consumo verbrauch consommation",
    "sent": "enviados envoyes inviati gesendet",
    "channel": "kanal canal canale kanaal",
    "store": "filiale laden boutique magasin tienda loja negozio winkel",
    "category": "kategorie warengruppe categorie categoria",
    "product category": "produktkategorie",
    "product": "produkt producto produto prodotto produit artikel articulo articolo",
    "product code": "artikelnummer artikelnr",
    "plan": "tarif tarifa tariffa",
    "invoice": "rechnung facture factura fattura fatura factuur",
    "invoice number": "rechnungsnummer rechnungsnr factuurnummer",
    "invoice date": "rechnungsdatum factuurdatum",
    "currency": "wahrung devise moneda valuta moeda",
    "preferred": "bevorzugt bevorzugte bevorzugter prefere preferee preferido preferita preferito",
    "satisfaction": "zufriedenheit satisfaccion soddisfazione satisfacao tevredenheid",
    "score": "puntuacion punteggio pontuacao",
    "rating": "bewertung calificacion valutazione avaliacao beoordeling",
    "points": "punkte puntos punti pontos punten",
    "complaints": "beschwerden reklamationen reclamations quejas reclamos reclami reclamacoes "
                  "klachten",
    "returns": "retouren ruckgaben rucksendungen devoluciones devolucoes retours",
    "return rate": "retourenquote",
    "discount": "rabatt descuento sconto desconto korting",
    "discounts": "rabatte descuentos sconti descontos kortingen remises",
    "voucher": "gutschein",
    "vouchers": "gutscheine",
    "visits": "besuche visites visitas bezoeken",
    "balance": "kontostand guthaben solde saldo",
    "debt": "schulden deuda dette debito divida",
    "limit": "kreditlimit",
    "cancelled": "gekundigt kundigung resilie cancelado cancelada disdetta opgezegd baja",
    "churned": "abgewandert",
    "newsletter": "nieuwsbrief nyhetsbrev nyhedsbrev",
    "loyalty card": "kundenkarte klantenkaart",
    "card": "karte carte tarjeta cartao carta kaart",
    "loyalty": "fedelta fidelite fidelidad fidelidade treue",
    # Words between others.
    "": "d l de del della do da des du la le les el los las il lo gli der die das den von fur "
        "pro por per di par pour affaires unitaire unitario stuck het een",
}  # fmt: skip
_LETTERS = str.maketrans("łøıæ", "loia")  # of which no accent can be taken off


def _without_accents(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


_ENGLISH = {
    _without_accents(foreign): english.split()
    for english, said in _SAID.items()
    for foreign in said.split()
}


_NUMBERS = ("number", "no", "code", "id")  # behind what they number, in English


def plain(text: str) -> str:
    """Text in lower case, without accents.

    Examples
    --------
    >>> plain("Número de Pedidos"), plain("Straße"), plain("N° client"), plain("# Gifts")
    ('numero de pedidos', 'strasse', 'no client', 'number gifts')
    """
    marked = text.replace("#", " number ").replace("N°", "no ").replace("Nº", "no ")
    return " ".join(_without_accents(marked.replace("№", "no ")).split())


def in_english(words: list[str]) -> list[str]:
    """The same words with those of other languages translated.

    Examples
    --------
    >>> in_english(["nombre", "de", "commandes"]), in_english(["nombre"])
    (['number', 'orders'], ['name'])
    """
    said: list[str] = []
    for word, after in zip(words, [*words[1:], ""], strict=False):
        if word == "nombre":  # of things in French, of a person in Spanish
            said.append("number" if after in ("de", "d") else "name")
        else:
            said += _ENGLISH.get(word, [word])
    if said != words:  # an Italian's date, no data
        said = ["date" if word == "data" else word for word in said]
    return said or words


def called(name: str) -> str:
    """What a column is called in English, as English puts it.

    Examples
    --------
    >>> called("Numéro de facture"), called("Code client"), called("Valor total"), called("Item No")
    ('invoice number', 'client code', 'total value', 'Item No')
    """
    words = re.findall(r"[^\W\d_]+|\d+", plain(name.replace("_", " ")))
    english = in_english(words)
    if english == words and not (len(words) == 2 and words[0] in _NUMBERS):
        return name
    return " ".join(sorted(english, key=lambda word: (word in _NUMBERS) - (word == "total")))
