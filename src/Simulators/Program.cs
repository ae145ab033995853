namespace Reelay.Simulators; internal static class Program { private static void Main() { } }
