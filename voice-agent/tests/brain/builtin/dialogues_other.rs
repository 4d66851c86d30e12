//! In Spanish, French and Italian.

use super::play;

#[test]
fn spanish() {
    play(
        "es",
        "> buenos días
         < ayudarle
         > están abiertos ahora
         < Sí
         > quiero una cita
         < día
         > el jueves a las diez y media
         < jueves | llama
         > me llamo Ana García
         < Ana García | número
         > seis uno dos tres cuatro cinco seis siete ocho
         < Ana García | correcto
         > sí
         # take_message {\"name\": \"Ana García\", \"phone\": \"612345678\"}
         < confirmar
         > no gracias
         < Adiós
         # hang_up",
    );
    play("es", "> quiero hablar con una persona\n < momento\n # transfer");
    play("es", "> venden bicicletas eléctricas\n < no lo sé");
}

#[test]
fn french() {
    play(
        "fr",
        "> bonjour
         < Bonjour
         > êtes-vous ouverts samedi
         < samedi | fermés
         > je voudrais laisser un message
         < nom
         > je m'appelle Dupont
         < Dupont | numéro
         > zéro six, douze, trente-quatre, cinquante-six, soixante-dix-huit
         < message
         > je serai en retard demain
         < retard | Dupont | exact
         > oui c'est ça
         # take_message {\"name\": \"Dupont\", \"phone\": \"0612345678\"}
         < transmis
         > au revoir
         < Au revoir
         # hang_up",
    );
    play(
        "fr",
        "> bonjour je voudrais un rendez-vous jeudi prochain à neuf heures et demie\n < jeudi | neuf heures trente | nom",
    );
    play("fr", "> je voudrais parler à quelqu'un\n < instant\n # transfer");
}

#[test]
fn italian() {
    play(
        "it",
        "> buongiorno
         < aiutarla
         > vorrei un appuntamento
         < giorno
         > giovedì alle dieci
         < Giovedì | chiama
         > mi chiamo Rossi
         < Rossi | numero
         > tre quattro sette uno due tre quattro cinque sei
         < Rossi | giusto
         > sì
         # take_message {\"name\": \"Rossi\", \"phone\": \"347123456\"}
         < confermare",
    );
    play(
        "it",
        "> vorrei un appuntamento venerdì alle nove e mezza\n < enerdì | nove e trenta | chiama\n > sono Bianchi\n < Bianchi\n > questo numero\n < giusto\n > no alle dieci\n < dieci | giusto\n > sì\n # take_message\n < confermare",
    );
    play("it", "> vorrei parlare con una persona\n < momento\n # transfer");
    play("it", "> può ripetere\n < aiutarla");
}
