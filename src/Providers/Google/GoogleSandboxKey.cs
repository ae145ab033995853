using System.Text.Json.Nodes;

namespace Reelay.Providers.Google;

/// <summary>The accounts of the sandbox. No secrets: the key opens nothing but a simulator on this machine.</summary>
internal static class GoogleSandboxKey
{
    /// <summary>The API key.</summary>
    public const string ApiKey = "AIzaSandboxGoogle0000000000000000000000";

    private const string Pkcs8 =
        "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC1++DgSD1HGx27fSqs2go/Etr7oKwRmi1tx0V6nZlriEmucQiKmJtKOnZOfQ"
        + "3qpwGavX714ga4SqCR9K3/T33aja0kFEgfLI/2LAxa4NYdyYpu/QGO1MV9g9qYC0MBxZSRb27g/mVmwzV1054W77DEDG2sm8zw2oGpG022oz63"
        + "CHiBKrpXl+Dhdb59wNgLp+EIUOl7skkKE/r+QAo5bs6XnNkvMxNzrDt0H+/UW6XIVw8W/YsBftNpK9bDRYVa/1V5zfZG2TrM7L4uS86mW6Ozuc"
        + "PZi/CQiTrxj1O9e2NfxOQcTI8DRUKXOu2pTIEsSF6Ly5UP4c1kXnF1KY5ngl9BAgMBAAECggEASllgk2EQH/fVGt9VSw89tm0mqD0Jb5uUyc/q"
        + "8+BlaMhiifFGMxGMCDSAVyrCP8cBYc3fi+dPJYXfuiHD4JYCbgMJ5L6ghJP5MPLoDUzkTYEknJmjRE5rbQ8shIe9VYD6ZLypCSUGGojQU5YkdW"
        + "xxxHbra+SvQwuSg5tTEbX6Dl6oDdP41UgVnR6+0WQLy7pTEUxCx53WMY7btpom7li8mYmJCfwo9BxEfvuWcBHo3uFWOQ/ClNFWacwqlGJp/CHa"
        + "p/0ejI3+kHA5aIxruFHviGDqkJ5ZkFb3PiTPKygtDQ/yJIp+8IE4P2O2dvTd3kN59e7kk74sPTkgKp5aRrsZnQKBgQDhRLaUX1YJqEyddEpUPW"
        + "S3xEl4Rp/tff70LoA5EeIKszTAQoVE658SmgW5c2rBKMk5GvciR8x923tc3GaPKcK5XOu2zRuPWVxr/EICpFzfM9dJ9ppMNz4/5RDaScIdLqCm"
        + "4cIlKUVQaFwFGfeLL51Agi+Jp45UHs/gvIfZzqt/dwKBgQDOz36Xo9LJ81Aeuz6SHIJ8mEdi8XfrBKXYzH/xgTLOBkB4bQuN8+sT65HgN3/mXY"
        + "q1WTLcwQpVN7DV/Vlq3xkwEE2ueWHGvB2n084dFE7fUz1E+E3qO/kreZsAfoFjIZ1Atr5ayvB/YF6FyWc2/fcnszAJbo2Clw1+2paCphP1BwKB"
        + "gQCVM5y2Uxq6VMVB+HcOqoceDB0ZU7WzaCNIedAlfIm5yo4i1SxNxL3cZTVral2HyErWztxm0SVJKujfTX+ETQWTHk9lCR666FYFk9PoyhJVJ5"
        + "HthC8YUfKiAUcTPY0bJPn07kxXrqkhI63nFxbVEllWE6QGyXrEjo/i6xwTkAYY6wKBgBM1VHWzIpXdQnjIPWSGv1vhLOg0s0Wh1eGQBOYicNyP"
        + "2hcVUbhqik/8Vj00Cm4UDBkR4tZ8G4CUvpjxggeaFxXOvdhRr9IskLiQxJkQ1M6LRaqNQXdbAKaYEdx243+YlKl5D68RIEtEYSMd9Lc32WfXjc"
        + "OigAQ8EWXR2Z7i3AGrAoGATqpt85w/uNCedShBgr6aG13dz0qaM6Va8m0JFi35G/8fcqYzbGiACE2lnlQZwhlASxDha8i2N9z19P6Xj/Hj7CQC"
        + "n0lOHgRwfj0XwTfLldLs4ATvAPJCxDTlWqGjwtsxlWeecJHz/9wAOXf7R38H1z58ddZ6vBI2etHo3HoRgRk=";

    /// <summary>The service account's key file.</summary>
    public static string Json { get; } = new JsonObject
    {
        ["type"] = "service_account",
        ["project_id"] = "reelay-sandbox",
        ["private_key_id"] = "sandbox-1",
        ["private_key"] = $"-----BEGIN {"PRIVATE"} KEY-----\n{Pkcs8}\n-----END {"PRIVATE"} KEY-----\n",
        ["client_email"] = "video@reelay-sandbox.iam.gserviceaccount.com",
        ["token_uri"] = "https://oauth2.googleapis.com/token",
    }.ToJsonString();
}
