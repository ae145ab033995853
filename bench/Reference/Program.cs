using Reelay.Reference;

// One process plays one part: constant | create <database file> | upstream <video file>. The address comes from ASPNETCORE_URLS.
var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
var app = builder.Build();
switch (args)
{
    case ["constant"]:
        ConstantAnswer.Map(app);
        break;
    case ["create", var database]:
        DurableCreate.Map(app, database);
        break;
    case ["upstream", var video]:
        Upstream.Map(app, video);
        break;
    default:
        await Console.Error.WriteLineAsync("constant | create <database file> | upstream <video file>");
        return 2;
}

await app.RunAsync();
return 0;
