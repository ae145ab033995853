using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;

namespace Reelay.Simulators.DashScope;

/// <summary>The temporary store for uploads. What it holds is forgotten at a restart.</summary>
internal sealed class DashScopeSimulatorStore(SandboxCore sandbox, string id)
{
    private const int MaxFolders = 10_000;

    private static readonly TimeSpan _life = TimeSpan.FromHours(48);
    private static readonly string[] _fields =
        ["OSSAccessKeyId", "Signature", "policy", "key", "x-oss-object-acl", "x-oss-forbid-overwrite", "success_action_status", "x-oss-content-type"];

    private readonly ConcurrentDictionary<string, Folder> _folders = [];
    private readonly ConcurrentDictionary<string, Stored> _files = [];

    /// <summary>Gives leave to upload files for one model.</summary>
    public SimulatedResponse Policy(SimulatedRequest request, string account)
    {
        if (request.Query.GetValueOrDefault("action") != "getPolicy" || request.Query.GetValueOrDefault("model") is not { Length: > 0 } model)
            return DashScopeSimulatorReply.Error(sandbox, 400, "InvalidParameter", "action must be getPolicy, and model is required");
        if (_folders.Count >= MaxFolders)
            _folders.Clear();
        string folder = $"dashscope-instant/{sandbox.Random.Hex(8)}/{DashScopeSimulatorReply.NewId(sandbox)}";
        string signature = sandbox.Random.Hex(14);
        _folders[folder] = new(account, model, signature);
        return SimulatedResponse.Json(200, new JsonObject
        {
            ["request_id"] = DashScopeSimulatorReply.NewId(sandbox),
            ["data"] = new JsonObject
            {
                ["policy"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(folder)),
                ["signature"] = signature,
                ["upload_dir"] = folder,
                ["upload_host"] = request.Root + "/oss",
                ["expire_in_seconds"] = 300,
                ["max_file_size_mb"] = 100,
                ["oss_access_key_id"] = "sandbox",
                ["x_oss_object_acl"] = "private",
                ["x_oss_forbid_overwrite"] = "true",
            },
        });
    }

    /// <summary>Takes one file as a form.</summary>
    public async ValueTask<SimulatedResponse> UploadAsync(SimulatedRequest request, CancellationToken cancellationToken)
    {
        (OrderBody? body, _) = await OrderBody.ReadAsync(request, cancellationToken);
        if (body is not { IsForm: true } || !body.Files.TryGetValue("file", out ReadOnlyMemory<byte> bytes) || body.Text("key") is not { } key)
            return DashScopeSimulatorReply.Store(400, "MalformedPOSTRequest", "The body must be a form with key and file.");
        if (_fields.FirstOrDefault(name => body.Text(name) is null) is { } missing)
            return DashScopeSimulatorReply.Store(400, "InvalidArgument", $"{missing} is missing.");
        int slash = key.LastIndexOf('/');
        if (slash < 0 || !_folders.TryGetValue(key[..slash], out Folder? folder) || body.Text("Signature") != folder.Signature)
            return DashScopeSimulatorReply.Store(403, "SignatureDoesNotMatch", "The request signature we calculated does not match.");
        CallFaults faults = sandbox.Faults.Take(SimulatedCall.Upload, id, folder.Account, null);
        if (faults.Before(status => DashScopeSimulatorReply.Store(status, "InternalError", "told by the sandbox")) is { } refusal)
            return refusal;
        Stored file = new(folder, DashScopeSimulatorFile.Of(bytes.Span), sandbox.Time.GetUtcNow() + _life);
        return faults.After(_files.TryAdd(key, file)
            ? new SimulatedResponse { Status = 200 }
            : DashScopeSimulatorReply.Store(409, "FileAlreadyExists", "The object you specified already exists and can not be overwritten."));
    }

    /// <summary>The file at an <c>oss://</c> address, for the account and model it was uploaded for; null otherwise.</summary>
    public DashScopeSimulatorFile? Find(string url, string? account, string? model) =>
        _files.TryGetValue(url["oss://".Length..], out Stored? stored) && stored.Folder.Account == account && stored.Folder.Model == model
            && sandbox.Time.GetUtcNow() < stored.Until
            ? stored.File
            : null;

    private sealed record Folder(string Account, string Model, string Signature);

    private sealed record Stored(Folder Folder, DashScopeSimulatorFile File, DateTimeOffset Until);
}
