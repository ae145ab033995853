using System.Net.Sockets;

namespace Reelay.Simulators;

internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        IConfiguration configuration = new ConfigurationBuilder()
            .AddEnvironmentVariables("ASPNETCORE_")
            .AddEnvironmentVariables()
            .AddCommandLine(args)
            .Build();
        SandboxOptions options;
        try
        {
            options = SandboxOptions.From(configuration);
            options.Urls = new ConfigurationBuilder().AddCommandLine(args).Build()["urls"] ?? options.Urls;
        }
        catch (InvalidOperationException exception)
        {
            await Console.Error.WriteLineAsync($"The sandbox did not start: {exception.Message}");
            return 2;
        }

        try
        {
            await using SandboxHost host = await SandboxHost.StartAsync(options, logsToConsole: true);
            await host.WaitForShutdownAsync();
            return 0;
        }
        catch (Exception exception) when (exception is IOException or SocketException or InvalidOperationException)
        {
            string place = options.Urls ?? $"port {options.Port} (Reelay__Sandbox__Port)";
            await Console.Error.WriteLineAsync($"The sandbox did not start at {place}: {exception.Message}");
            return 1;
        }
    }
}
