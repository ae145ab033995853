using System.Runtime.InteropServices;
using Reelay.Server;
using Reelay.Server.Billing;
using Reelay.Server.Catalog;

if (args is [AuditCommand.Name, ..]) return AuditCommand.Run(args.ElementAtOrDefault(1), Console.Out);

WebApplication app;
try
{
    app = ServerApp.Build(args);
}
catch (Exception exception) when (exception is InvalidOperationException or CatalogException)
{
    await Console.Error.WriteLineAsync("Reelay did not start: " + exception.Message);
    return 2;
}

// The first signal drains; whoever sends a second one does not want to wait.
var signals = 0;
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);

try
{
    await app.RunAsync();
    return 0;
}
catch (Reelay.Server.Assets.Bucket.BucketRefusedException exception)
{
    await Console.Error.WriteLineAsync("Reelay did not start: " + exception.Message);
    return 2;
}
catch (IOException exception) when (exception.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
{
    await Console.Error.WriteLineAsync($"Reelay did not start: {exception.Message} ASPNETCORE_URLS (or --urls) names another address.");
    return 1;
}

void OnSignal(PosixSignalContext context)
{
    context.Cancel = true;
    if (Interlocked.Increment(ref signals) > 1) Environment.Exit(130);
    app.Lifetime.StopApplication();
}
