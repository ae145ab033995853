using System.Text.Json;
using Reelay.Tests.Support;

namespace Reelay.Tests.Accounts;

/// <summary>What the tests of accounts and keys ask a gateway as its operator.</summary>
internal static class Operator
{
    /// <summary>Sends with the administrator's key.</summary>
    public static async Task<(int Status, JsonElement Body)> AdminAsync(this GatewayHost gateway, HttpMethod method, string path, object? body = null)
    {
        using var admin = gateway.NewClient(gateway.AdminKey);
        return await gateway.SendAsync(method, "/admin/v1/" + path, body, admin);
    }

    /// <summary>The same, and it must succeed.</summary>
    public static async Task<JsonElement> DoneAsync(this GatewayHost gateway, HttpMethod method, string path, object? body = null)
    {
        var (status, answer) = await gateway.AdminAsync(method, path, body);
        Assert.True(status == 200, $"{method} {path} answered {status}: {answer}");
        return answer;
    }

    /// <summary>Makes a key and gives its id and a client that sends it.</summary>
    public static async Task<(string Id, HttpClient Client)> KeyAsync(this GatewayHost gateway, object body)
    {
        var key = await gateway.DoneAsync(HttpMethod.Post, "keys", body);
        return (key.GetProperty("id").GetString()!, gateway.NewClient(key.GetProperty("secret").GetString()!));
    }

    /// <summary>Status and code of a refusal, or 200 and an empty text.</summary>
    public static async Task<(int Status, string Code)> TryAsync(this GatewayHost gateway, HttpClient client, HttpMethod method, string path, object? body = null)
    {
        var (status, answer) = await gateway.SendAsync(method, path, body, client);
        return (status, Code(answer));
    }

    /// <summary>Status and code of an order for a short video.</summary>
    public static Task<(int Status, string Code)> TryOrderAsync(this GatewayHost gateway, HttpClient client, string prompt = "a red boat") =>
        gateway.TryAsync(client, HttpMethod.Post, "/v1/videos", new { prompt });

    /// <summary>The code of an error, or an empty text.</summary>
    public static string Code(JsonElement answer) =>
        answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object
            ? error.GetProperty("code").GetString()! : "";

    /// <summary>The ids of a page.</summary>
    public static string[] Ids(JsonElement page) => [.. page.GetProperty("data").EnumerateArray().Select(row => row.GetProperty("id").GetString()!)];

    public static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
