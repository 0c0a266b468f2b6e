// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

interface Lockable20 {
    function transfer(address to, uint256 value) external returns (bool);

    function transferFrom(address from, address to, uint256 value) external returns (bool);
}

/// One side of a bridge: locks tokens here, or pays out here what was locked on the other chain. Each crossing has an id that
/// both sides write, in events of its own and in those of Across' spoke pools.
contract Bridge {
    address private immutable operator = msg.sender;
    uint256 private deposits;

    event Sent(
        bytes32 indexed id,
        address indexed from,
        address token,
        uint256 amount,
        uint256 toChainId,
        address recipient
    );
    event Received(bytes32 indexed id, address indexed recipient, address token, uint256 amount, uint256 fromChainId);

    // Across' events have more parameters than the stack has reachable slots, so they are written word by word.
    bytes32 private constant FUNDS_DEPOSITED =
        keccak256(
            "FundsDeposited(bytes32,bytes32,uint256,uint256,uint256,uint256,uint32,uint32,uint32,bytes32,bytes32,bytes32,bytes)"
        );
    bytes32 private constant FILLED_RELAY =
        keccak256(
            "FilledRelay(bytes32,bytes32,uint256,uint256,uint256,uint256,uint256,uint32,uint32,bytes32,bytes32,bytes32,bytes32,bytes32,(bytes32,bytes32,uint256,uint8))"
        );

    function send(address token, uint256 amount, uint256 paidOut, uint256 toChainId, address recipient) external {
        uint256 depositId = ++deposits;
        Lockable20(token).transferFrom(msg.sender, address(this), amount);
        emit Sent(idOf(block.chainid, depositId), msg.sender, token, amount, toChainId, recipient);
        write(
            [FUNDS_DEPOSITED, bytes32(toChainId), bytes32(depositId), word(msg.sender)],
            bytes.concat(
                // inputToken, outputToken, inputAmount, outputAmount
                abi.encode(token, 0, amount, paidOut),
                // quoteTimestamp, fillDeadline, exclusivityDeadline
                abi.encode(block.timestamp, block.timestamp + 3600, 0),
                // recipient, exclusiveRelayer, message: where it begins, and its length
                abi.encode(recipient, 0, 10 * 32, 0)
            )
        );
    }

    function release(
        address token,
        uint256 amount,
        uint256 paidOut,
        uint256 fromChainId,
        uint256 depositId,
        address from,
        address recipient
    ) external {
        require(msg.sender == operator, "not the operator");
        Lockable20(token).transfer(recipient, paidOut);
        emit Received(idOf(fromChainId, depositId), recipient, token, paidOut, fromChainId);
        write(
            [FILLED_RELAY, bytes32(fromChainId), bytes32(depositId), word(msg.sender)],
            bytes.concat(
                // inputToken, outputToken, inputAmount, outputAmount
                abi.encode(0, token, amount, paidOut),
                // repaymentChainId, fillDeadline, exclusivityDeadline, exclusiveRelayer
                abi.encode(fromChainId, 0, 0, 0),
                // depositor, recipient, messageHash
                abi.encode(from, recipient, 0),
                // relayExecutionInfo: updatedRecipient, updatedMessageHash, updatedOutputAmount, fillType
                abi.encode(recipient, 0, paidOut, 0)
            )
        );
    }

    function write(bytes32[4] memory topics, bytes memory data) private {
        assembly {
            log4(
                add(data, 32),
                mload(data),
                mload(topics),
                mload(add(topics, 32)),
                mload(add(topics, 64)),
                mload(add(topics, 96))
            )
        }
    }

    function idOf(uint256 chainId, uint256 depositId) private pure returns (bytes32) {
        return keccak256(abi.encode(chainId, depositId));
    }

    function word(address who) private pure returns (bytes32) {
        return bytes32(uint256(uint160(who)));
    }
}
