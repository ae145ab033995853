namespace Reelay.Tests; public class T { [Fact] public void A(){} }
